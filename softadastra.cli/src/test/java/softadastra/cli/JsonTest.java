package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is printed is JSON, and only JSON is read. */
class JsonTest {
    private static final long SEED = 20260101;

    @Test
    void membersComeInOrderAndAreEscaped() {
        assertEquals(
                "{\"a\\\"\\\\\":\"\\n\\t\\r\\u0000\\u001b\\u007f\\u2028\u00e9\ud83d\ude00\\ud83d\",\"n\":-7,\"b\":true,"
                        + "\"o\":{},\"l\":[{\"x\":1}],\"t\":[\"p\",\"q\"]}",
                new JsonObject()
                        .put("a\"\\", "\n\t\r\0\u001b\u007f\u2028\u00e9\ud83d\ude00\ud83d")
                        .put("absent", Optional.empty())
                        .put("n", -7)
                        .put("b", true)
                        .put("o", new JsonObject())
                        .put("l", List.of(new JsonObject().put("x", 1)))
                        .putTexts("t", List.of("p", "q"))
                        .toString());
    }

    @Test
    void anyTextIsReadBackAsItWas() throws JsonReader.Malformed {
        Random random = new Random(SEED);
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(8); length > 0; length--) {
                text.append((char) (random.nextBoolean() ? random.nextInt(0x80) : random.nextInt(0x10000)));
            }
            String json = new JsonObject().put("x", text.toString()).toString();
            assertEquals(text.toString(), JsonReader.object(json).get("x"), () -> "seed " + SEED + ": " + json);
        }
    }

    @Test
    void readsEveryKindOfValue() throws JsonReader.Malformed {
        assertEquals(
                Map.of(
                        "a",
                        List.of(1.0, -0.5e3, true, false, JsonReader.NULL, "\b\f\n\r\t/\\\"\u00e9"),
                        "o",
                        Map.of("", List.of())),
                JsonReader.object(" { \"a\" : [1, -0.5e+3,true ,false,null,\"\\b\\f\\n\\r\\t\\/\\\\\\\"\\u00E9\"] ,"
                        + "\"o\":{\"\":[ ]}}\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{}x",
                "{} {}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "{'a':1}",
                "{a:1}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":.5}",
                "{\"a\":+1}",
                "{\"a\":-}",
                "{\"a\":1e}",
                "{\"a\":NaN}",
                "{\"a\":tru}",
                "{\"a\":truex}",
                "{\"a\":[1,]}",
                "{\"a\":[1 2]}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u12g4\"}",
                "{\"a\":\"",
                "{\"a\":1,\"a\":2}",
                "{\"a\":null,\"a\":null}",
                "{/**/}"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThrows(JsonReader.Malformed.class, () -> JsonReader.object(text));
    }

    @Test
    void depthIsLimited() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";
        assertThrows(JsonReader.Malformed.class, () -> JsonReader.object(deep));
    }
}
