import { examples, ExitCode, type Register } from './command';

/** `swapdeck schema`: the JSON schema of `swapdeck.yaml`, for other editors. */
export const registerSchema: Register = (program, action) => {
  program
    .command('schema')
    .description('print the JSON schema of swapdeck.yaml, for other editors')
    .addHelpText('after', examples('schema > swapdeck.schema.json'))
    .action(
      action(async ({ output }) => {
        const { jsonSchema } = await import('../config/parse');
        const schema = await jsonSchema();
        if (output.json) output.result(schema);
        else output.line(JSON.stringify(schema, null, 2));
        return ExitCode.done;
      }),
    );
};
