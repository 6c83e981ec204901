package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sallyport/sallyport/store"
)

// metrics are the server's own registry: several servers in one process do not share it.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.HistogramVec
}

func newMetrics(db *store.DB) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "sallyport_http_seconds", Help: "How long calls took, by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "status"})}
	m.registry.MustRegister(m.calls, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &gauges{db: db})
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.calls.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4, Timeout: 10 * time.Second})
}

// gauges reads the queues from the database when somebody looks.
type gauges struct{ db *store.DB }

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("sallyport_"+name, help, labels, nil)
}

var (
	descQueue   = desc("queue", "What waits, by kind of work.", "kind")
	descOverdue = desc("oldest_overdue_removal_seconds", "How long ago the oldest removal from a target was due that has not been read back; 0 is none.")
	descBacklog = desc("events_without_place", "Events that have no place in the log yet.")
	descUp      = desc("database_up", "Whether the database answered this measure.")
)

func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{descQueue, descOverdue, descBacklog, descUp} {
		ch <- d
	}
}

func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	up := 0.0
	err := g.db.View(ctx, func(ctx context.Context, tx *store.Tx) error {
		v, err := tx.Gauges(ctx)
		if err != nil {
			return err
		}
		up = 1
		for kind, n := range v.Queues {
			ch <- prometheus.MustNewConstMetric(descQueue, prometheus.GaugeValue, float64(n), kind)
		}
		ch <- prometheus.MustNewConstMetric(descOverdue, prometheus.GaugeValue, v.OldestRemoval.Seconds())
		ch <- prometheus.MustNewConstMetric(descBacklog, prometheus.GaugeValue, float64(v.EventBacklog))
		return nil
	})
	if err != nil {
		up = 0
	}
	ch <- prometheus.MustNewConstMetric(descUp, prometheus.GaugeValue, up)
}
