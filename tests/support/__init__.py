"""What tests share: twins, builders and fakes, type-checked like the package itself."""
