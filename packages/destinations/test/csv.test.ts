import { describeDestination } from './conformance.ts';

describeDestination('csv');
