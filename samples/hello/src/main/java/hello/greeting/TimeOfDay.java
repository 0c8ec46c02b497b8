package hello.greeting;

import java.time.LocalTime;

/** Which greeting fits the hour. */
public enum TimeOfDay {
    MORNING,
    AFTERNOON,
    EVENING;

    public static TimeOfDay at(LocalTime time) {
        if (time.getHour() < 12) {
            return MORNING;
        }
        return time.getHour() < 18 ? AFTERNOON : EVENING;
    }
}
