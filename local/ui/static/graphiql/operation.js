// Selects the operation that the address names: moves the cursor to it, because Ctrl-Enter runs the operation there.

export function SelectOperation({ name }) {
  const { queryEditor, setOperationName } = GraphiQL.React.useEditorContext();
  React.useEffect(() => {
    const operation = queryEditor?.operations?.find(definition => definition.name?.value === name);
    if (!name || !operation) return;
    queryEditor.setCursor(queryEditor.posFromIndex(operation.loc.start));
    setOperationName(name);
  }, [queryEditor]);
  return null;
}
