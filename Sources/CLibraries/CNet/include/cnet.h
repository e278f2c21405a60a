#ifndef ROOST_CNET_H
#define ROOST_CNET_H
#endif
