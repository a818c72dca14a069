"""The generated tests as the templates see them: the spec once more, independent of the client."""
