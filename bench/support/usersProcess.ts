import { Users, type Tally, type UsersOptions } from '../../test/lab/tomcat/users';

/** What is sent to the process, and what it sends: how many requests were made, or, once, what users saw. */
export type UsersRequest = 'count' | 'stop';
export type UsersReply = { readonly requests: number } | { readonly tally: Tally };

/** Users of a pair of Tomcats, in a process and a network of their own. */
const [url = '', options = ''] = process.argv.slice(2);
const users = new Users(url, JSON.parse(options) as UsersOptions);
const reply = (message: UsersReply): void => void process.send!(message);
process.on('message', (request: UsersRequest) => {
  if (request === 'count') reply({ requests: users.requests });
  else
    void users.stop().then((tally) => {
      reply({ tally });
      process.disconnect();
    });
});
process.once('disconnect', () => process.exit(0));
