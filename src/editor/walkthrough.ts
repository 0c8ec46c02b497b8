/** The steps of the walkthrough; each ends by an event, and its picture takes the theme's colours. */
export interface WalkthroughStep {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly picture: string;
  readonly pictureText: string;
  readonly completionEvents: readonly string[];
}

export const walkthrough = {
  id: 'swapdeck.start',
  title: 'Get Started with Swapdeck',
  description: 'From a saved Java file to the running JVM, in milliseconds.',
  steps: [
    {
      id: 'sample',
      title: 'Start an application',
      description: [
        'Start the sample, a small HTTP service. Or start your own with `-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:5005`.',
        '[Start Sample](command:swapdeck.startSample)',
      ].join('\n'),
      picture: 'media/walkthrough/start.svg',
      pictureText: 'A terminal in which a Java application starts and listens for a debugger.',
      completionEvents: ['onCommand:swapdeck.startSample', 'onContext:swapdeck.attached'],
    },
    {
      id: 'attach',
      title: 'Attach to the JVM',
      description: [
        'JVMs of this machine that listen for a debugger are listed under *On this machine*. Choose one, or give an address.',
        '[Attach](command:swapdeck.attach)',
      ].join('\n'),
      picture: 'media/walkthrough/attach.svg',
      pictureText: 'The Environments view with a JVM and its Attach action.',
      completionEvents: ['onContext:swapdeck.attached'],
    },
    {
      id: 'save',
      title: 'Edit a method and save',
      description:
        'The saved class is compiled and swapped. The status bar tells how many classes and how long it took; the application keeps running.',
      picture: 'media/walkthrough/save.svg',
      pictureText:
        'A changed method, marked, and the status bar with the number of classes and milliseconds.',
      completionEvents: ['onContext:swapdeck.swapped'],
    },
    {
      id: 'describe',
      title: 'Describe your environments',
      description: [
        'swapdeck.yaml names your applications and the JVMs they run in. It is checked and completed while you type.',
        '[Open Configuration](command:swapdeck.openConfiguration)',
      ].join('\n'),
      picture: 'media/walkthrough/describe.svg',
      pictureText: 'The file swapdeck.yaml with one application and one environment.',
      completionEvents: ['onCommand:swapdeck.openConfiguration'],
    },
  ] satisfies readonly WalkthroughStep[],
} as const;
