import path from 'node:path';
import { root } from './support/paths';
import { packageExtension, vsixFile } from './package/vsix';

// npm run package: swapdeck.vsix, which `code --install-extension swapdeck.vsix` installs.
packageExtension().then(
  (bytes) => console.log(`Packaged ${path.relative(root, vsixFile)} (${(bytes / 1024).toFixed(0)} KB).`),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
