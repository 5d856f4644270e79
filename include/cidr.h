/*
 * cidr.h - an address list: 10.0.0.0/8, 192.168.1.5, 2001:db8::/32.
 *
 * Pure. An IPv4 address in IPv6 clothes (::ffff:10.1.2.3) counts as the IPv4 address.
 */
#ifndef QUANZU_CIDR_H
#define QUANZU_CIDR_H

#include <stdbool.h>

bool cidr_valid(const char *cidr);                      /* no bit behind the mask */
bool cidr_holds(const char *cidr, const char *address); /* false also when either is no address */

#endif
