"""Python source: values, types, imports, layout."""
