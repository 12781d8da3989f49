import { describeDestination } from './conformance.ts';

describeDestination('duckdb');
