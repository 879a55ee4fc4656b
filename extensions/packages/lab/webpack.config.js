const { SwcJsMinimizerRspackPlugin } = require('@rspack/core');

const LOADER = /^remoteEntry\./;

/** What @jupyter/builder leaves open: the loader is a third of what is loaded before the first panel opens. */
module.exports = {
  // One hash of the whole build; each chunk's own would stand in the loader twice.
  output: { filename: '[name].js?v=[fullhash]' },
  // Browsers that JupyterLab itself asks for.
  target: ['web', 'es2022'],
  optimization: {
    minimizer: [
      new SwcJsMinimizerRspackPlugin({ exclude: LOADER }),
      // Arrow functions have no prototype. The loader, which Rspack writes, needs none; libraries might.
      new SwcJsMinimizerRspackPlugin({
        include: LOADER,
        minimizerOptions: { compress: { ecma: 2022, unsafe_arrows: true } }
      })
    ]
  }
};
