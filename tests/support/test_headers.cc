// Owns the headers that all tests have precompiled; a program, since tests are.
int main() {}
