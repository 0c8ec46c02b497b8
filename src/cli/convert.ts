import { join, resolve } from 'node:path';
import { examples, ExitCode, type Register } from './command';

/** `swapdeck convert`: a WAR for `javax.servlet` becomes one for `jakarta.servlet`. */
export const registerConvert: Register = (program, action) => {
  program
    .command('convert')
    .argument('<war>', 'the WAR for javax.servlet (Tomcat 9 and older)')
    .description("convert a WAR for Tomcat 10 and newer, with Tomcat's own migration tool")
    .addHelpText('after', examples('convert target/shop.war', 'convert target/shop.war --json'))
    .action(
      action(async ({ output, signal, cwd, env }, war: string) => {
        const [{ migrateWar }, { stateFolder }] = await Promise.all([
          import('../targets/tomcat/migrate'),
          import('../environments/stateFolder'),
        ]);
        const cache = join(stateFolder(env), 'artifacts');
        const onLine = (line: string): void => output.note(line);
        const { log } = output;
        const file = await migrateWar({ war: resolve(cwd, war), env, cache, onLine, log }, signal);
        output.line(file);
        output.result({ war: file });
        return ExitCode.done;
      }),
    );
};
