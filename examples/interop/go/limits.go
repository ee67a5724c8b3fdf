package member

import "time"

// bucket lets so many through a second.
type bucket struct {
	perSecond, tokens float64
	filled            time.Duration
}

func newBucket(perSecond float64) *bucket { return &bucket{perSecond: perSecond, tokens: perSecond} }

func (b *bucket) take(now time.Duration) bool {
	b.tokens = min(b.perSecond, b.tokens+(now-b.filled).Seconds()*b.perSecond)
	b.filled = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// limiter lets so many through a second in all, and one a subject and period.
type limiter struct {
	bucket *bucket
	period time.Duration
	last   map[string]time.Duration
}

func newLimiter(perSecond float64, period time.Duration) *limiter {
	return &limiter{newBucket(perSecond), period, map[string]time.Duration{}}
}

// take says whether one about a subject may be sent now; "" is nobody's.
func (l *limiter) take(now time.Duration, subject string) bool {
	if subject != "" {
		for other, at := range l.last {
			if now-at >= l.period {
				delete(l.last, other)
			}
		}
		if _, recent := l.last[subject]; recent {
			return false
		}
	}
	if !l.bucket.take(now) {
		return false
	}
	if subject != "" {
		l.last[subject] = now
	}
	return true
}
