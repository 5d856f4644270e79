/*
 * cloud_transport.h - the keys of a cloud channel that are not the provider's: how it is reached,
 * how often it is asked, and who may call us.
 */
#ifndef QUANZU_CLOUD_TRANSPORT_H
#define QUANZU_CLOUD_TRANSPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cloud.h"

struct cloud_transport {
	int parallel; /* sends at once, 1 .. 64; 16 */
	int timeout_ms, connect_ms;
	int poll_ms; /* 0: as the provider says */
	char proxy[256], ca_file[SETTINGS_PATH];
};

/* Takes its keys out of `own`; false: *wrong says which and why. */
bool cloud_transport_read(
	const json_t *own, struct cloud_transport *out, struct cloud_wrong *wrong);
/* The rest of them, for the provider; a new reference whose texts are shared. */
json_t *cloud_transport_rest(const json_t *own);

#endif
