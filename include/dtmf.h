/*
 * dtmf.h - the keys of a telephone in 8 kHz 16-bit mono sound (ITU-T Q.23, Q.24), by Goertzel.
 *
 * Pure. Frames of 205 samples overlap by half. A key is told once, when its tone has lasted long
 * enough: 40 ms or more is always a key, 20 ms or less never; between two equal keys there is a
 * pause of 40 ms or more. Both tones stand 10 dB above the six others of the keypad and hold four
 * fifths of all energy; the high one is at most 8 dB weaker and 4 dB stronger than the low one.
 */
#ifndef QUANZU_DTMF_H
#define QUANZU_DTMF_H

#include <stddef.h>
#include <stdint.h>

enum { DTMF_RATE = 8000, DTMF_FRAME = 205, DTMF_HOP = 102 };

struct dtmf {
	int16_t frame[DTMF_FRAME];
	size_t filled;
	char down; /* the key that is told and not let go; 0 none */
	struct dtmf_seen {
		char key; /* 0 none */
		int strong;
	} before; /* of the frame before */
};

void dtmf_init(struct dtmf *d);
/* Appends the keys that these samples complete to keys[], at most max; returns how many. */
size_t dtmf_feed(struct dtmf *d, const int16_t *samples, size_t n, char *keys, size_t max);

/*
 * The tone of a key, `n` samples from sample number `from` on, added to out[] and kept inside
 * 16 bits. Peaks of the two tones: low, high (0..32767). Another character than
 * 0-9 * # A-D adds silence.
 */
void dtmf_tone(char key, int low, int high, size_t from, int16_t *out, size_t n);

#endif
