import { util, extensions } from '@aws-appsync/utils';

// The payload of a root field's function is that of a direct Lambda resolver. The function returns {ok} or {err}: a
// client's mistake is therefore no Lambda failure, and has an errorInfo.

export function request(ctx) {
  return {
    operation: 'Invoke',
    payload: {
      arguments: ctx.arguments,
      identity: ctx.identity,
      source: null,
      request: ctx.request,
      prev: null,
      info: {
        selectionSetList: ctx.info.selectionSetList,
        selectionSetGraphQL: ctx.info.selectionSetGraphQL,
        parentTypeName: ctx.info.parentTypeName,
        fieldName: ctx.info.fieldName,
        variables: ctx.info.variables,
      },
      stash: ctx.stash,
    },
  };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  const err = ctx.result.err;
  if (err) {
    util.error(err.message, err.type, null, err.info);
  }
  /* evictions */
  return ctx.result.ok;
}
