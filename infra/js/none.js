import { util, extensions } from '@aws-appsync/utils';

// No function is invoked: the payload of a publication is its input.

export function request(ctx) {
  return { payload: ctx.arguments.input };
}

export function response(ctx) {
  if (ctx.error) {
    util.error(ctx.error.message, ctx.error.type);
  }
  /* evictions */
  return ctx.result;
}
