export * from '../../util/zip';
