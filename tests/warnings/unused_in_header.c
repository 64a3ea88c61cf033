// -Wall
#include "headers/unused.h"
int x(void) { return used(); }
