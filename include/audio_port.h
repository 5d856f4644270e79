/*
 * audio_port.h - the port of a modem for the sound of a call: 8 kHz, 16-bit little-endian mono,
 * in frames of 20 ms, written at the rate of reading.
 *
 * Calling sequence: audio_port_open() when a call is up, audio_port_say() as often as wanted (it
 * replaces what is being said; `spoken` follows when all is written), audio_port_close(). Keys
 * are looked for in what is read when asked for. A device that cannot be opened says nothing:
 * the driver's own limits end the call. Runs in the loop; nothing blocks.
 */
#ifndef QUANZU_AUDIO_PORT_H
#define QUANZU_AUDIO_PORT_H

#include <stdbool.h>

#include "modem.h"

enum { AUDIO_FRAME = 320 }; /* octets */

struct audio_port;
struct uv_loop_s;

struct audio_events {
	void (*spoken)(void *arg);
	void (*key)(void *arg, char key);
};

struct audio_port *audio_port_new(
	struct uv_loop_s *loop, const char *device, const struct audio_events *events, void *arg);
void audio_port_free(struct audio_port *a); /* memory goes when the loop has run */
void audio_port_open(struct audio_port *a, bool listen);
void audio_port_say(struct audio_port *a, const struct modem_sound *s); /* borrowed until it ends */
void audio_port_stop(struct audio_port *a);
void audio_port_close(struct audio_port *a);

#endif
