#include "cidr.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "banned.h"

struct address {
	uint8_t bytes[16];
	int bits; /* 32 or 128 */
};

static bool read_address(const char *s, struct address *out)
{
	static const uint8_t mapped[12] = { [10] = 0xFF, [11] = 0xFF };

	memset(out, 0, sizeof *out);
	out->bits = 32;
	if (inet_pton(AF_INET, s, out->bytes) == 1)
		return true;
	out->bits = 128;
	if (inet_pton(AF_INET6, s, out->bytes) != 1)
		return false;
	if (memcmp(out->bytes, mapped, sizeof mapped) == 0) {
		memmove(out->bytes, out->bytes + 12, 4);
		out->bits = 32;
	}
	return true;
}

/* Are all bits from `from` on zero? */
static bool is_clear(const struct address *a, int from)
{
	for (int i = from; i < a->bits; i++)
		if ((a->bytes[i / 8] >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}

static bool read_cidr(const char *s, struct address *out, int *length)
{
	const char *slash = strchr(s, '/');
	size_t n = slash == NULL ? strlen(s) : (size_t)(slash - s);
	char text[64];
	char *end;
	long bits;

	if (n >= sizeof text)
		return false;
	snprintf(text, sizeof text, "%.*s", (int)n, s);
	if (!read_address(text, out))
		return false;
	*length = out->bits;
	if (slash == NULL)
		return true;
	if (slash[1] < '0' || slash[1] > '9')
		return false;
	bits = strtol(slash + 1, &end, 10);
	*length = (int)bits;
	return *end == '\0' && bits <= out->bits && is_clear(out, (int)bits);
}

bool cidr_valid(const char *cidr)
{
	struct address a;
	int length;

	return read_cidr(cidr, &a, &length);
}

bool cidr_holds(const char *cidr, const char *address)
{
	struct address net, a;
	int length;

	if (!read_cidr(cidr, &net, &length) || !read_address(address, &a) || net.bits != a.bits)
		return false;
	for (int i = 0; i < length; i++)
		if (((net.bytes[i / 8] ^ a.bytes[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	return true;
}
