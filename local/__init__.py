"""The local server: runs the resolvers on this machine as AppSync and Lambda do, for clients and for the resolvers."""
