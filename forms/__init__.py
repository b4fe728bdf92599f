"""The built-in pack of forms (biểu mẫu): one folder per procedure, form-js schemas."""
