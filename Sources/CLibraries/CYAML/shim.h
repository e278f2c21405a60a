#ifndef ROOST_CYAML_SHIM_H
#define ROOST_CYAML_SHIM_H
#if !__has_include(<yaml.h>)
#error "the Debian package libyaml-dev is missing: apt-get install libyaml-dev (or run tools/install)"
#endif
#include <yaml.h>
#endif
