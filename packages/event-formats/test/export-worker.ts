import { workerData } from 'node:worker_threads';
import { exportEventLog, type ExportEventLogOptions } from '../src/index.ts';

await exportEventLog(workerData as ExportEventLogOptions);
