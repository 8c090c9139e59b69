"""The desk: the same resolvers on this machine, behaving to clients and to themselves as under AppSync."""
