describe('the service', () => {
  it('greets a visitor', () => {
    cy.request('/').its('body.message').should('eq', 'Hello from production-app');
  });

  it('is up', () => {
    cy.request('/api/status').its('body.status').should('eq', 'ok');
  });

  it('tells which version it is', () => {
    cy.request('/api/version').its('body.version').should('be.a', 'string').and('not.be.empty');
  });

  it('says so when there is nothing', () => {
    cy.request({ url: '/nowhere', failOnStatusCode: false }).its('status').should('eq', 404);
  });
});
