package softadastra.store;

import softadastra.core.ByteWriter;

/**
 * Bytes for text that has no UTF-8: as UTF-8, with each unpaired surrogate in the three bytes a character of its number
 * would have. They are never well-formed UTF-8, so they are never stored and never equal the bytes of proper text; but they
 * keep the text, for the error that names it.
 */
final class Surrogates {

    private Surrogates() {}

    static byte[] encode(String text) {
        ByteWriter out = new ByteWriter(text.length() * 3);
        text.codePoints().forEach(c -> write(out, c));
        return out.toByteArray();
    }

    private static void write(ByteWriter out, int c) {
        if (c < 0x80) {
            out.writeByte(c);
        } else if (c < 0x800) {
            out.writeByte(0xC0 | (c >> 6));
            out.writeByte(0x80 | (c & 0x3F));
        } else if (c < 0x10000) {
            out.writeByte(0xE0 | (c >> 12));
            out.writeByte(0x80 | ((c >> 6) & 0x3F));
            out.writeByte(0x80 | (c & 0x3F));
        } else {
            out.writeByte(0xF0 | (c >> 18));
            out.writeByte(0x80 | ((c >> 12) & 0x3F));
            out.writeByte(0x80 | ((c >> 6) & 0x3F));
            out.writeByte(0x80 | (c & 0x3F));
        }
    }

    /** The text that {@link #encode} made the bytes of. */
    static String decode(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            int lead = bytes[i] & 0xFF;
            int more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
            int c = more == 0 ? lead : lead & (0x3F >> more);
            for (int k = 1; k <= more; k++) {
                c = (c << 6) | (bytes[i + k] & 0x3F);
            }
            text.appendCodePoint(c);
            i += more + 1;
        }
        return text.toString();
    }
}
