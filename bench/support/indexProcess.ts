import { ClassIndex } from '../../src/jdwp/classIndex';
import { JdwpConnection } from '../../src/jdwp/connection';
import { TcpDialer } from '../../src/transport/tcp';

// A process of its own that indexes the classes of the JVM at a port and reports once it has settled:
// {"classes":N,"rss":BYTES,"collected":BYTES}. Run with --expose-gc.
async function main(port: number): Promise<void> {
  const connection = await JdwpConnection.open(await new TcpDialer().dial({ host: '127.0.0.1', port }));
  const index = await ClassIndex.open(connection);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const rss = process.memoryUsage.rss();
  global.gc!();
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log(JSON.stringify({ classes: index.size, rss, collected: process.memoryUsage.rss() }));
  index.dispose();
  connection.dispose();
}

void main(Number(process.argv[2]));
