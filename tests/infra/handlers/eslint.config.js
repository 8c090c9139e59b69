import appsync from '@aws-appsync/eslint-plugin';

export default [{ files: ['**/*.js'], ...appsync.configs.base }];
