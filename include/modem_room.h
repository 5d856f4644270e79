/*
 * modem_room.h - what the files of a modem share; nobody else includes it.
 *
 *   modem.c      the driver joined to a port, a timer, power and sound
 *   modem_tell.c what it tells its owner, and the log
 */
#ifndef QUANZU_MODEM_ROOM_H
#define QUANZU_MODEM_ROOM_H

#include <uv.h>

#include "audio_port.h"
#include "dialogue.h"
#include "driver.h"
#include "modem.h"
#include "port.h"
#include "ports.h"
#include "power.h"
#include "seek.h"

struct modem {
	struct driver driver;
	struct port *port;
	uv_timer_t timer;
	int64_t armed; /* the deadline the timer stands at; INT64_MAX: it is stopped */
	struct modem_events events;
	void *arg;
	struct power *power;                     /* NULL: none is configured */
	char device[PORTS_PATH], usb[PORTS_USB]; /* where it was last */
	struct dialogue dialogue;
	int gap_ms;
	bool told;               /* that it was not found */
	bool seeks;              /* the port or its speed is not known beforehand */
	char folder[PORTS_PATH]; /* of links to look through; "" none */
	struct seek seek;
	struct audio_port *sound; /* NULL: it has no port for it */
	struct driver_audio audio;
};

/* Every event of the driver, logged and passed on; the PIN is asked for only where `pin`. */
const struct modem_events *modem_tells(bool pin);

#endif
