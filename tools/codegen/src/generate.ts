import { evidencePage, specs } from './specs.ts';
import { checkFiles, root, writeFiles } from './files.ts';
import { renderAll } from './render.ts';

const check = process.argv.includes('--check');
const unknown = process.argv.slice(2).filter((argument) => argument !== '--check');

if (unknown.length > 0) {
  process.stderr.write(`Unknown argument ${unknown.join(' ')}. Use: node src/generate.ts [--check]\n`);
  process.exitCode = 2;
} else {
  const { files, problems } = await renderAll(root, specs, evidencePage);
  if (problems.length > 0) {
    process.stderr.write(`${problems.join('\n')}\n`);
    process.exitCode = 1;
  } else if (check) {
    const differences = await checkFiles(root, files);
    if (differences.length > 0) {
      process.stderr.write(`${differences.join('\n')}\nRun \`npm run generate\` and commit what it writes.\n`);
      process.exitCode = 1;
    }
  } else {
    await writeFiles(root, files, (line) => process.stderr.write(`${line}\n`));
  }
}
