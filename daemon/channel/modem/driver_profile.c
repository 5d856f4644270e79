/* driver_profile.c - what is different from maker to maker. */
#include <string.h>
#include <strings.h>

#include "driver_room.h"

#include "banned.h"

static const struct driver_profile profiles[] = {
	{ "SIMCOM", "SIM8", 100, 100, "AT+CFUN=1,1" },
	{ "SIMCOM", "SIM9", 100, 100, "AT+CFUN=1,1" }, { "SIMCOM", "", 20, 20, "AT+CFUN=1,1" },
	{ "Quectel", "M", 100, 100, "AT+CFUN=1,1" }, { "Quectel", "", 20, 20, "AT+CFUN=1,1" },
	{ "huawei", "E1", 100, 100, "AT+CFUN=1,1" }, { "huawei", "", 20, 20, "AT^RESET" },
	{ "u-blox", "", 20, 20, "AT+CFUN=16" }, { "", "", 20, 20, "AT+CFUN=1,1" }, /* generic */
};

static bool begins(const char *s, const char *with)
{
	return strncasecmp(s, with, strlen(with)) == 0;
}

const struct driver_profile *profile_of(const char *maker, const char *model)
{
	size_t i = 0;

	while (!begins(maker, profiles[i].maker) || !begins(model, profiles[i].model))
		i++; /* the last row fits everything */
	return &profiles[i];
}

void profile_copy(char *out, size_t max, const char *s, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used + 1 < max; i++)
		if (s[i] >= 0x20 && s[i] <= 0x7E && s[i] != '"')
			out[used++] = s[i];
	out[used] = '\0';
}
