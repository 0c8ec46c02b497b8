/* global window, document */
// Runs in the page, before anything else. A built VS Code server takes extensions under development only from the
// workbench's own configuration, which the page holds in an attribute that is read once the document is parsed.
// `window.swapdeckHost` was set just before: { authority, extensions: [path], tests: path | null }.
if (window === window.top) {
  const { authority, extensions, tests } = window.swapdeckHost;
  const uri = (path) => ({ scheme: 'vscode-remote', authority, path });
  document.addEventListener('readystatechange', () => {
    const element = document.getElementById('vscode-workbench-web-configuration');
    if (!element || element.dataset.patched) return;
    element.dataset.patched = 'true';
    const configuration = JSON.parse(element.dataset.settings);
    configuration.developmentOptions = {
      ...configuration.developmentOptions,
      extensions: extensions.map(uri),
      ...(tests === null ? {} : { extensionTestsPath: uri(tests) }),
    };
    element.dataset.settings = JSON.stringify(configuration);
  });
}
