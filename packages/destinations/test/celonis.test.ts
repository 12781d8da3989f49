import { describeDestination } from './conformance.ts';
import { poolBench } from './pool-bench.ts';

describeDestination('celonis', { bench: (folder) => poolBench(folder), transforms: false });
