import { describeDestination } from './conformance.ts';

describeDestination('parquet');
