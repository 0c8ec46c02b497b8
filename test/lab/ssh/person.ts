import type { HostKeyQuestion, Prompter, SecretQuestion } from '../../../src/contracts/prompter';

/** Someone who answers as told, and remembers what was asked. */
export class Person implements Prompter {
  readonly hostKeys: HostKeyQuestion[] = [];
  readonly secrets: SecretQuestion[] = [];
  trusts: (question: HostKeyQuestion, signal: AbortSignal) => boolean | Promise<boolean> = () => false;
  answers: (
    question: SecretQuestion,
    signal: AbortSignal,
  ) => string | undefined | Promise<string | undefined> = () => undefined;

  async confirmHostKey(question: HostKeyQuestion, signal: AbortSignal): Promise<boolean> {
    this.hostKeys.push(question);
    return this.trusts(question, signal);
  }

  async secret(question: SecretQuestion, signal: AbortSignal): Promise<string | undefined> {
    this.secrets.push(question);
    return this.answers(question, signal);
  }
}
