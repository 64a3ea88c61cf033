// -Wextra
#include "headers/parameters.h"
int x(int used, int not) { return used; }
