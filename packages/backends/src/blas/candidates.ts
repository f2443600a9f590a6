// Where a machine's fast BLAS libraries are, best known first. The reference BLAS (a plain libblas) is left out: it is slower
// than this package's own kernel.

export const candidates: Readonly<Record<string, readonly string[]>> = {
  linux: ['libopenblas.so.0', 'libopenblas.so', 'libmkl_rt.so.2', 'libmkl_rt.so.1', 'libmkl_rt.so'],
  darwin: [
    '/System/Library/Frameworks/Accelerate.framework/Accelerate',
    '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
    '/usr/local/opt/openblas/lib/libopenblas.dylib',
  ],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll', 'mkl_rt.1.dll'],
};

/** What to install where none of them is there. */
export const advice: Readonly<Record<string, string>> = {
  linux: 'apt-get install libopenblas0',
  darwin: 'brew install openblas',
  win32: 'put libopenblas.dll on the PATH',
};
