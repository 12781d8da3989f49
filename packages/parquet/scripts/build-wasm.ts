/** Compiles the kernel into `src/wasm/kernel.ts`: `node scripts/build-wasm.ts [--check]`. */
import { buildKernel } from '../../../scripts/build-kernel.ts';

await buildKernel(import.meta.url, 'src/wasm/kernel.ts', { simd: false });
