// The budget is a threshold: k6 itself ends with an error when it is missed, and nothing has to read its report.
import { check } from 'k6';
import http from 'k6/http';

const base = __ENV.BASE_URL || 'http://localhost:3000';
const budgetMs = Number(__ENV.PERFORMANCE_BUDGET || 3000);

export const options = {
  stages: [
    { duration: '10s', target: 10 },
    { duration: '30s', target: 10 },
    { duration: '5s', target: 0 },
  ],
  thresholds: {
    http_req_duration: [`p(95)<${budgetMs}`],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.99'],
  },
};

export default function () {
  for (const path of ['/', '/api/status', '/api/version']) {
    const response = http.get(`${base}${path}`);
    check(response, { 'answers with 200': (answer) => answer.status === 200 });
  }
}
