/** A standalone Spark cluster on loopback, from the jars that come with pyspark. */
import { createServer, connect } from 'node:net';
import { join } from 'node:path';
import { run, start } from './processes.ts';

/** A master with its workers. They end with `stopAll`. */
export interface SparkCluster {
  /** `spark://127.0.0.1:PORT` */
  readonly master: string;
  /** What a driver and the cluster need in their environment. */
  readonly env: NodeJS.ProcessEnv;
}

/** The version of the Java on the path; 0 when there is none. */
export async function javaVersion(): Promise<number> {
  const { code, stderr } = await run('java', ['-version']);
  return code === 0 ? Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) : 0;
}

/** Starts a master and two workers with a core each. Throws when the master does not listen within a minute. */
export async function startSparkCluster(python: string, folder: string): Promise<SparkCluster> {
  const { stdout } = await run(python, ['-c', 'import os, pyspark; print(os.path.dirname(pyspark.__file__))']);
  const home = stdout.trim();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    SPARK_HOME: home,
    SPARK_LOCAL_IP: '127.0.0.1',
    SPARK_LOCAL_DIRS: join(folder, 'spark'),
    SPARK_DAEMON_MEMORY: '256m',
    PYSPARK_PYTHON: python,
    PYSPARK_DRIVER_PYTHON: python,
  };
  const port = await freePort();
  const master = `spark://127.0.0.1:${port}`;
  const sparkClass = join(home, 'bin/spark-class');
  const launch = (name: string, args: readonly string[]): void => {
    const child = start(
      sparkClass,
      [`org.apache.spark.deploy.${name}`, '--host', '127.0.0.1', '--webui-port', '0', ...args],
      {
        env,
        cwd: folder,
      },
    );
    child.stdout?.resume();
    child.stderr?.resume();
  };
  launch('master.Master', ['--port', String(port)]);
  await listening(port);
  for (const worker of ['one', 'two'])
    launch('worker.Worker', ['--cores', '1', '--memory', '1g', '--work-dir', join(folder, `worker-${worker}`), master]);
  return { master, env };
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function listening(port: number): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await answers(port)) return;
    await new Promise((done) => setTimeout(done, 250));
  }
  throw new Error(`The Spark master does not listen on port ${port}.`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });
}
