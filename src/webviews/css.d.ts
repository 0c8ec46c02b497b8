/** Style sheets are put into a file beside the script by the bundler. */
declare module '*.css';
