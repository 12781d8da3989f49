import { describeDestination } from './conformance.ts';

describeDestination('ndjson');
