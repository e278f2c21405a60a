// llhttp has no -dev package in Debian 12: its C sources ship in node-llhttp.
#include "llhttp.h"
#include "/usr/share/llhttp/llhttp.c"
