"""Lambda functions as local processes, and the event source that invokes one with the stream."""
