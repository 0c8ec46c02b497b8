package hello.board;

/** A temperature in tenths of a degree Celsius. */
public record Temperature(int tenths) {
    public double celsius() {
        return tenths / 10.0;
    }

    public double fahrenheit() {
        return Math.round(celsius() * 18 + 320) / 10.0;
    }
}
