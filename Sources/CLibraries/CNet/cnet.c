#include "cnet.h"
